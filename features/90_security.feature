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

  @id:untrusted
  Scenario Outline: A stranger's call to <callee> is refused
    Given <callee> that a stranger knows
    And an intruder with no number
    When the caller calls the callee
    Then the stranger is refused

    Examples:
      | callee             |
      | a trunk's number   |
      | a phone's number   |

  @id:untrusted.camera
  Scenario: A stranger's call to a camera is refused
    Given a camera's number that a stranger knows
    And an intruder with no number
    When the caller calls the callee
    Then the stranger is refused

  @id:untrusted.foreign @registration @option:foreign_refused
  Scenario: A stranger's call from a domain of its own to a phone is refused
    Given a phone's number that a stranger knows
    And an intruder with no number
    When the caller calls the callee from a domain of its own
    Then the stranger is refused

  @id:untrusted.forged
  Scenario: A stranger's call that names a trunk's number is refused
    Given a trunk's number that a stranger knows
    And an intruder with a trunk's number
    When the caller calls the callee
    Then the stranger is refused although it names a number
