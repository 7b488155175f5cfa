Feature: Real phones
  Phones of the site that are not ours: what they say is heard here, and what
  they hear is in their recordings or told by who holds them.

  @id:real.called @real
  Scenario Outline: Each real phone is called, is heard, and hears the caller, from <where>
    Given the real phones of the site
    And a caller at <where>
    When each of them is called in turn
    Then each call is answered
    And each phone is heard
    And each phone hears who talks to it
    And each call is released

    Examples:
      | where              |
      | a trunk            |
      | a registered phone |

  @id:real.calls @real
  Scenario Outline: Each real phone that somebody holds calls, is heard, and hears the callee, at <where>
    Given the real phones of the site that somebody holds
    And a callee at <where>
    When each of them calls the callee in turn
    Then each call arrives
    And each phone is heard
    And each phone hears who talks to it
    And each call is released

    Examples:
      | where              |
      | a trunk            |
      | a registered phone |
