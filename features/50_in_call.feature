Feature: Within a call
  What happens between the ringing and the hanging up: announcements, hold,
  refreshes, transfers, and how both sides agree on what they speak.

  @id:media.announcement @option:early_media
  Scenario Outline: The caller hears an announcement before the answer, in <mode> mode
    Given a caller and a callee in <mode> mode
    And the callee makes an announcement before it answers
    When the caller calls the callee
    Then the callee's phone is reached
    And the caller hears the announcement before the answer
    When the callee answers
    Then the call is answered
    And each party hears the other's voice
    When the caller hangs up
    Then both sides are released

    Examples:
      | mode         |
      | peer-to-peer |
      | registration |

  @id:hold
  Scenario Outline: Neither side hears the other while the <side> holds, and both do again afterwards, in <mode> mode
    Given a caller and a callee in <mode> mode
    When the caller calls the callee
    Then the callee's phone is reached
    And the call is answered
    And each party hears the other's voice
    When the <side> puts the other on hold
    Then neither hears the other
    When the <side> resumes the call
    Then each party hears the other's voice again
    When the caller hangs up
    Then both sides are released

    Examples:
      | mode         | side   |
      | peer-to-peer | caller |
      | registration | callee |

  @id:hold.both-modes
  Scenario: A registered phone holds its call to a trunk, and both voices are heard again afterwards
    Given a caller at a registered phone and a callee at a trunk, in both modes
    When the caller calls the callee
    Then the callee's phone is reached
    And the call is answered
    And each party hears the other's voice
    When the caller puts the other on hold
    Then neither hears the other
    When the caller resumes the call
    Then each party hears the other's voice again
    When the callee hangs up
    Then both sides are released

  @id:delayed-offer @option:delayed_offer
  Scenario Outline: The caller leaves the offer to the callee, in <mode> mode
    Given a caller and a callee in <mode> mode
    And the caller leaves the offer to the callee
    When the caller calls the callee
    Then the callee's phone is reached
    And the call is answered
    And offer and answer have come to both sides
    And each party hears the other's voice
    When the callee hangs up
    Then both sides are released

    Examples:
      | mode         |
      | peer-to-peer |
      | registration |

  @id:prack @option:prack
  Scenario Outline: The <side> requires reliable ringing, in <mode> mode
    Given a caller and a callee in <mode> mode
    And the <side> requires reliable ringing
    When the caller calls the callee
    Then the callee's phone is reached
    And the <side>'s ringing is acknowledged
    And the call is answered
    And each party hears the other's voice
    When the caller hangs up
    Then both sides are released

    Examples:
      | mode         | side   |
      | peer-to-peer | caller |
      | registration | caller |
      | peer-to-peer | callee |
      | registration | callee |

  @id:session.refresh @option:session_timers
  Scenario Outline: A session timer is agreed on, and the call is refreshed, in <mode> mode
    Given a caller and a callee in <mode> mode
    And the caller asks for a session timer
    When the caller calls the callee
    Then the callee's phone is reached
    And the call is answered
    And a session timer is agreed on
    When the caller refreshes the session
    Then the refresh is accepted
    And each party hears the other's voice again
    When the callee hangs up
    Then both sides are released

    Examples:
      | mode         |
      | peer-to-peer |
      | registration |

  @id:session.kept @option:session_timers @long
  Scenario: A call whose session the caller refreshes goes on beyond its first end
    Given a caller and a callee in peer-to-peer mode
    And the caller asks for a session of a minute and a half, which it refreshes
    When the caller calls the callee
    Then the callee's phone is reached
    And the call is answered
    And a session timer is agreed on
    When the session has gone on beyond its first end
    Then nobody was cut off
    And each party hears the other's voice again
    When the caller hangs up
    Then both sides are released

  @id:session.upheld @option:session_timers @long
  Scenario: A session that the system is to refresh is refreshed in time
    Given a caller and a callee in peer-to-peer mode
    And the caller asks for a session of a minute and a half, which the system refreshes
    When the caller calls the callee
    Then the callee's phone is reached
    And the call is answered
    And a session timer is agreed on
    When the session has gone on beyond its first end
    Then the system has refreshed it in time
    And nobody was cut off
    And each party hears the other's voice again
    When the callee hangs up
    Then both sides are released

  @id:transfer @option:refer
  Scenario Outline: The callee transfers the caller to a third party and leaves, in <mode> mode
    Given a caller and a callee in <mode> mode
    And a third party in <mode> mode
    When the caller calls the callee
    Then the callee's phone is reached
    And the call is answered
    And each party hears the other's voice
    When the callee transfers the caller to the third party
    Then the transfer is accepted
    And the third party is called
    When the third party answers
    Then the callee is told that the transfer succeeded
    And the caller and the third party hear each other
    When the callee leaves
    Then the callee is out of the call
    And the caller and the third party still hear each other
    When the caller hangs up
    Then the caller and the third party are released

    Examples:
      | mode         |
      | peer-to-peer |
      | registration |

  @id:redirect @option:redirect
  Scenario Outline: The callee sends its calls on to a third party, in <mode> mode
    Given a caller and a callee in <mode> mode
    And a third party in <mode> mode
    And the callee sends its calls on to the third party
    When the caller calls the callee
    Then the call arrives at the third party
    And the call is answered
    And the caller and the third party hear each other
    When the caller hangs up
    Then the caller and the third party are released

    Examples:
      | mode         |
      | peer-to-peer |
      | registration |

  @id:codec.none
  Scenario Outline: A call without a common codec is refused, and nobody is left ringing, in <mode> mode
    Given a caller and a callee in <mode> mode
    And the callee speaks no codec of the caller's
    When the caller calls the callee
    Then the caller is told that there is no common codec

    Examples:
      | mode         |
      | peer-to-peer |
      | registration |

  @id:codec.second
  Scenario Outline: The callee speaks only the second codec of the offer, in <mode> mode
    Given a caller and a callee in <mode> mode
    And the callee speaks only the second codec of the caller's
    When the caller calls the callee
    Then the callee's phone is reached
    And the call is answered
    And the answer names a codec that was offered
    And each party hears the other's voice
    When the caller hangs up
    Then both sides are released

    Examples:
      | mode         |
      | peer-to-peer |
      | registration |
