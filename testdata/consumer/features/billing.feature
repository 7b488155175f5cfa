Feature: Billing
  What a maker of SIP products tests beside what Ringproof does.

  @id:billing.answered
  Scenario: An answered call is billed from its answer on
    Given a caller and a callee in peer-to-peer mode
    When the caller calls the callee
    Then the callee's phone is reached
    And the call is answered
    And each party hears the other's voice
    And the call is billed
    When the caller hangs up
    Then both sides are released
