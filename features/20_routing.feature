Feature: Routing
  A route with a second target uses it when the first does not answer.

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
