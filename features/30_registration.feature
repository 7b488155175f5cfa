Feature: Registration
  A phone is reached where it registered, for as long as it asked and no
  longer. Numbers behind a branch gateway are reached through the accounts that it
  registered, and nobody passes for another account.

  @id:register.renewed @registration
  Scenario: A phone that renews its registration stays reachable
    Given a registered caller
    And a callee that registers for a short time
    When the callee renews its registration
    And the first registration would have ended
    And the caller calls the callee
    Then the renewed callee is reached

  @id:register.idle @registration
  Scenario: A phone that was idle for a while is reached by a late call: both voices are heard
    Given a callee that is to be idle, and registers
    And a registered caller
    When the callee has said nothing for as long as the profile says
    And the caller calls the callee
    Then the idle callee is reached
    And the call is answered
    And each party hears the other's voice
    When the callee hangs up
    Then both sides are released

  @id:register.expired @registration
  Scenario: A phone whose registration has ended is not called
    Given a registered caller
    And a callee that registers for a short time
    When the first registration has ended
    And the caller calls the callee
    Then the callee is not called, for its registration has ended

  @id:register.removed @registration
  Scenario Outline: A phone that removes its registration by <means> is not called
    Given a caller and a callee in registration mode
    When the callee removes its registration by <means>
    And the caller calls the callee
    Then the callee is not called, for it has removed its registration

    Examples:
      | means              |
      | its contact        |
      | the Expires header |

  @id:register.moved @registration
  Scenario: A phone that registers from a new address is called there
    Given a caller and a callee in registration mode
    When the callee moves to a new address and registers from there
    And the caller calls the callee
    Then the callee is reached at its new address, and not at the old one first

  @id:offline @registration
  Scenario: A call to a phone that is not registered is refused as such
    Given a registered caller
    And a callee that has not registered
    When the caller calls the callee
    Then the caller is told that the callee is offline

  @id:register.gateway @registration
  Scenario Outline: A branch gateway with an account for each number is reached by the <which> one
    Given a registered caller
    And a branch gateway that registers each of its numbers
    When the caller calls the <which> number behind the gateway
    Then the gateway is reached, and knows which number is meant
    And the call is answered

    Examples:
      | which |
      | first |
      | last  |

  @id:register.pilot @registration
  Scenario Outline: A branch gateway with one account for many numbers is reached by the <which> one
    Given a registered caller
    And a branch gateway that registers one account for its numbers
    When the caller calls the <which> number behind the gateway
    Then the gateway is reached, and knows which number is meant
    And the call is answered

    Examples:
      | which  |
      | first  |
      | second |
      | last   |

  @id:register.bulk @registration @option:bulk_registration
  Scenario Outline: A branch gateway that registers its numbers in bulk is reached by the <which> one
    Given a registered caller
    And a branch gateway that registers its numbers in bulk
    When the caller calls the <which> number behind the gateway
    Then the gateway is reached, and knows which number is meant
    And the call is answered

    Examples:
      | which |
      | first |
      | last  |

  @id:register.unmapped @registration
  Scenario: A number that the gateway does not know is refused as such
    Given a registered caller
    And a branch gateway that registers one account for its numbers
    When the caller calls a number that the gateway does not know
    Then the gateway is reached by that call
    And the caller is told that nobody has the number

  @id:both-modes
  Scenario Outline: A call between the modes, from <from> to <to>: both voices are heard
    Given a caller at <from> and a callee at <to>, in both modes
    When the caller calls the callee
    Then the callee's phone is reached
    And the call is answered
    And each party hears the other's voice
    When the callee hangs up
    Then both sides are released

    Examples:
      | from               | to                 |
      | a trunk            | a registered phone |
      | a registered phone | a trunk            |

  @id:reg.identity-theft @registration
  Scenario: An account that calls with another account's number is not shown with it
    Given a caller and a callee in registration mode
    When the caller calls the callee with the number of another account
    Then the callee is not shown that number

  @id:reg.unproved @registration
  Scenario: Without credentials no account is registered, and no phone is removed
    Given a registered callee
    When somebody asks for a registration of each account without credentials
    Then no account is registered
    When somebody asks for the removal of the callee's phone without credentials
    Then the phone is not removed

  @id:reg.hijack @registration @hostile
  Scenario: An account takes no calls of another by registering for it, or by removing its phone
    Given a caller and a callee in registration mode
    When an intruder registers for the callee and removes the callee's phone with the caller's credentials
    And the caller calls the callee
    Then the callee's phone alone is called

  @id:reg.replay @registration @hostile
  Scenario: Credentials that were read on the way register nobody else
    Given a caller and a callee in registration mode
    When an intruder repeats the credentials of the callee from elsewhere
    Then the repeated credentials are not accepted
    When the caller calls the callee
    Then the callee's phone is reached
    And the intruder is not called
