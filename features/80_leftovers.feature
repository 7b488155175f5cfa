Feature: Leftovers
  When calls have ended nothing of them is left: no packet, no request, no leg,
  and no number that stays busy.

  @id:leftovers @peer
  Scenario: Calls of every kind have ended, and nothing is left of them
    Given a caller and a callee in peer-to-peer mode
    When a call to the callee is answered and released
    And a call to the callee is declined
    And a call to the callee is given up while it rings
    And the callee answers again
    And the caller calls the callee
    Then the callee's phone is reached
    And the call is answered
    And each party hears the other's voice
    And nothing has come of the calls that had ended
    And a request within the call that was released is refused
