Feature: Routing
  A number leads where its route says, a route with a second target uses it
  when the first fails, and what cannot be reached is refused in time.

  @id:fallback
  Scenario Outline: The first target stays silent, the second answers, for a caller in <mode> mode
    Given a caller in <mode> mode
    And a number whose route has a silent first target
    When the caller calls that number
    Then the second target is called
    And the call is answered
    And the caller hears the second target's voice

    Examples:
      | mode         |
      | peer-to-peer |
      | registration |

  @id:fallback.refused
  Scenario Outline: The first target refuses with <code>, the second answers
    Given a number whose route has a first target that refuses with <code>
    And a caller who is neither target
    When the caller calls that number
    Then the second target is called in place of the one that refused
    And the call is answered

    Examples:
      | code |
      | 503  |
      | 500  |

  @id:fallback.trying @option:trying_fallback
  Scenario: The first target says 100 and no more, the second answers
    Given a number whose route has a first target that says 100 and no more
    And a caller who is neither target
    When the caller calls that number
    Then the second target is called in place of the one that said no more
    And the call is answered

  @id:fallback.closed
  Scenario: Nobody listens at the first target, the second answers
    Given a number whose route has a first target with a closed port
    And a caller who is neither target
    When the caller calls that number
    Then the second target is called in place of the closed one
    And the call is answered

  @id:fallback.down
  Scenario: A first target that is known to be down is not tried, the second answers at once
    Given a number whose route has a first target that answers no question
    And a caller who is neither target
    When the system under test has asked the first target often enough
    And the caller calls that number
    Then the second target is called at once
    And the call is answered

  @id:fallback.not-on-busy
  Scenario: The first target is busy, and the second is left alone
    Given a number whose route has a first target that refuses with 486
    And a caller who is neither target
    When the caller calls that number
    Then the caller is told that the first target is busy, and the second is left alone

  @id:fallback.form @peer
  Scenario: The second target is shown who calls in its own form, not in that of the first
    Given a number whose route has a first target with a form of its own that refuses with 500
    And a caller who is neither target
    When the caller calls that number
    Then the second target is called in place of the one that refused
    And the callee is shown the caller's number in its form

  @id:fallback.given-up
  Scenario: The caller gives up while the first target rings, and the second is left alone
    Given a number whose route has a first target that rings
    And a caller who is neither target
    When the caller calls that number
    And the caller gives up while the first target rings
    Then the caller is told that the call is over
    And the second target is left alone

  @id:fallback.all-down
  Scenario: Every target fails, and the caller is told in time
    Given a number whose route has a silent first target and a second that refuses with 503
    And a caller who is neither target
    When the caller calls that number
    Then the caller is told that nobody can be reached

  @id:wrong-number
  Scenario Outline: A number that does not exist is refused, for a caller in <mode> mode
    Given a lone caller in <mode> mode
    And a number that does not exist
    When the caller calls that number
    Then the number is refused as unallocated

    Examples:
      | mode         |
      | peer-to-peer |
      | registration |

  @id:incomplete-number
  Scenario: A number with too few digits is refused
    Given a lone caller in peer-to-peer mode
    And a number with too few digits
    When the caller calls that number
    Then the number is refused as incomplete

  @id:loop @peer @option:max_forwards
  Scenario: A call that is sent back and forth between two systems ends
    Given a caller and a callee in peer-to-peer mode
    And the callee's system sends the call back
    When the caller calls the callee with few hops to go
    Then the callee's phone is reached
    And the call ends after few turns
