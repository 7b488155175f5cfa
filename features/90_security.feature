Feature: Security
  Who cannot prove who they are is neither registered nor put through.

  @id:wrong-password @registration
  Scenario: A phone with a wrong password is neither registered nor put through
    Given a registered callee
    And a caller's phone with a wrong password
    When the caller's phone registers
    Then its registration is refused
    When the caller calls the callee
    Then the caller is refused
    When the callee calls the caller's number
    Then the call does not reach the caller's phone
