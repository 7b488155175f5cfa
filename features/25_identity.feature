Feature: Identity
  The called party sees the number that was dialled and the number that calls
  in the form that was agreed on, and no more of the caller than it may know.

  @id:identity.number @peer
  Scenario: The called number arrives in the form that its route gives it
    Given a callee at a number that its route changes
    And a caller who is not the callee
    When the caller calls the callee
    Then the call arrives at the callee with the number in its new form

  @id:identity.caller
  Scenario Outline: <to> is shown the number of <from>
    Given a callee at <to> and <from> as caller
    When the caller calls the callee and says who it is
    Then the callee's phone is reached
    And the callee is shown who calls as the profile says

    Examples:
      | from           | to                                       |
      | a phone        | a trunk that is told who calls           |
      | a phone        | a trunk that is not told who calls       |
      | a phone        | a trunk with a form of its own           |
      | the other peer | a trunk that is told who calls           |
      | the first peer | a trunk that is not told who calls       |

  @id:identity.forged @registration
  Scenario: A phone that claims another number is shown with its own, or with none
    Given a callee at a trunk that is told who calls and a phone as caller
    When the caller calls the callee and claims another number
    Then the callee's phone is reached
    And the callee is not shown the number that was claimed

  @id:identity.anonymous
  Scenario Outline: A caller who wants to stay unknown does, for <from> as caller
    Given a callee at a trunk that is not told who calls and <from> as caller
    When the caller calls the callee and wants to stay unknown
    Then the callee's phone is reached
    And the callee is not shown the caller's number

    Examples:
      | from           |
      | the first peer |
      | a phone        |

  @id:identity.kept-private
  Scenario Outline: A trunk that is told who calls is told that the caller wants to stay unknown, for <from> as caller
    Given a callee at a trunk that is told who calls and <from> as caller
    When the caller calls the callee and wants to stay unknown
    Then the callee's phone is reached
    And the callee is told that the caller wants to stay unknown

    Examples:
      | from           |
      | the other peer |
      | a phone        |
