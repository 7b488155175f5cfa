Feature: Calls
  Each networking mode carries calls with voice both ways, says when a number
  is busy, and lets a caller think better of it.

  @id:peer.audio @peer
  Scenario Outline: A call over the trunk, from <from> to <to>: both voices are heard
    Given a caller at <from> and a callee at <to>
    When the caller calls the callee
    Then the callee's phone is reached
    And the call is answered
    And each party hears the other's voice
    When the <side> hangs up
    Then both sides are released

    Examples:
      | from           | to             | side   |
      | the first peer | the other peer | caller |
      | the other peer | the first peer | callee |

  @id:reg.audio @registration
  Scenario: A call between two registered phones: both voices are heard
    Given a caller and a callee in registration mode
    When the caller calls the callee
    Then the callee's phone is reached
    And the call is answered
    And each party hears the other's voice
    When the callee hangs up
    Then both sides are released

  @id:busy
  Scenario Outline: A busy callee is reported to the caller as busy, in <mode> mode
    Given a caller and a callee in <mode> mode
    And the callee is busy
    When the caller calls the callee
    Then the callee's phone is reached
    And the caller is told that the callee is busy

    Examples:
      | mode         |
      | peer-to-peer |
      | registration |

  @id:cancel
  Scenario Outline: A caller gives up while it rings, and the callee's phone stops, in <mode> mode
    Given a caller and a callee in <mode> mode
    And the callee lets it ring
    When the caller calls the callee
    Then the callee's phone is reached
    When the caller gives up while it rings
    Then the callee's phone stops ringing
    And the caller's call has ended as cancelled

    Examples:
      | mode         |
      | peer-to-peer |
      | registration |
