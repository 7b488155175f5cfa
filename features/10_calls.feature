Feature: Calls
  Each networking mode carries calls with voice both ways, to their end, says
  what became of a call that was not answered, lets a caller think better of
  it, and lets go of a call on both sides.

  @id:peer.audio @peer
  Scenario Outline: A call over the trunk, from <from> to <to>: both voices are heard
    Given a caller at <from> and a callee at <to>
    When the caller calls the callee
    Then the callee's phone is reached
    And the call is answered
    And each party hears the other's voice

    Examples:
      | from           | to             |
      | the first peer | the other peer |
      | the other peer | the first peer |

  @id:reg.audio @registration
  Scenario Outline: A call between registered phones, from <from> to <to>: both voices are heard
    Given a caller at <from> and a callee at <to>
    When the caller calls the callee
    Then the callee's phone is reached
    And the call is answered
    And each party hears the other's voice

    Examples:
      | from            | to              |
      | the first phone | the other phone |
      | the other phone | the first phone |

  @id:answer.at-once
  Scenario Outline: The callee answers without ringing, and the caller's call is answered, in <mode> mode
    Given a caller and a callee in <mode> mode
    And the callee answers without ringing
    When the caller calls the callee
    Then the callee's phone is reached
    And the call is answered

    Examples:
      | mode         |
      | peer-to-peer |
      | registration |

  @id:release.by-caller
  Scenario Outline: The caller hangs up, and both sides are released, in <mode> mode
    Given a caller and a callee in <mode> mode
    When the caller calls the callee
    Then the callee's phone is reached
    And the call is answered
    When the caller hangs up
    Then both sides are released

    Examples:
      | mode         |
      | peer-to-peer |
      | registration |

  @id:release.by-callee
  Scenario Outline: The callee hangs up, and both sides are released, in <mode> mode
    Given a caller and a callee in <mode> mode
    When the caller calls the callee
    Then the callee's phone is reached
    And the call is answered
    When the callee hangs up
    Then both sides are released

    Examples:
      | mode         |
      | peer-to-peer |
      | registration |

  @id:media.lasts
  Scenario Outline: Both voices are heard in time and until the call ends, in <mode> mode
    Given a caller and a callee in <mode> mode
    When the caller calls the callee
    Then the callee's phone is reached
    And the call is answered
    And they have talked for two seconds
    When the caller hangs up
    Then both voices were heard to the end
    And neither voice had gaps
    And neither voice came late

    Examples:
      | mode         |
      | peer-to-peer |
      | registration |

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

  @id:rejected
  Scenario Outline: A callee who declines is not called again, and the caller is told, in <mode> mode
    Given a caller and a callee in <mode> mode
    And the callee declines
    When the caller calls the callee
    Then the callee's phone is reached
    And the caller is told that the callee declined

    Examples:
      | mode         |
      | peer-to-peer |
      | registration |

  @id:no-answer
  Scenario Outline: Nobody picks up, and the call ends when its ring time is over, in <mode> mode
    Given a caller and a callee whom the system lets ring for a limited time, in <mode> mode
    And the callee lets it ring
    When the caller calls the callee
    Then the callee's phone is reached
    And the caller is told that nobody picked up

    Examples:
      | mode         |
      | peer-to-peer |
      | registration |

  @id:cancel.before-ringing
  Scenario Outline: A caller gives up before it rings, and the callee's phone is told, in <mode> mode
    Given a caller and a callee in <mode> mode
    And the callee's phone does not ring yet
    When the caller calls the callee
    Then the callee's phone is reached
    When the caller gives up before it rings
    Then the callee's phone is told
    And the caller's call has ended as cancelled

    Examples:
      | mode         |
      | peer-to-peer |
      | registration |

  @id:cancel.ringing
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

  @id:cancel.crossing-answer @peer
  Scenario: A caller gives up just when the callee answers, and nobody is left in the call
    Given a caller and a callee in peer-to-peer mode
    And the callee answers at the moment when the caller gives up
    When the caller calls the callee
    Then the callee's phone is reached
    When the caller gives up while it rings
    Then nobody is left in the call
