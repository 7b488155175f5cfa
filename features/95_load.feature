Feature: Load
  The system carries as many calls a second as were contracted, and lets go of every one.

  @id:load.peer @peer @load
  Scenario: Calls between trunk peers are carried at the contracted rate
    Given many callers and an answering crowd in peer-to-peer mode
    When calls arrive at the contracted rate for 1 second
    Then each call has arrived once, at the crowd
    And no more calls fail than are allowed
    And the 95th percentile of post-dial delay is within its threshold
    And no call is left over

  @id:load.voices @peer @load
  Scenario: Voices are heard both ways in calls at the contracted rate
    Given many callers and an answering crowd in peer-to-peer mode
    When calls arrive at the contracted rate for 1 second, and 30 % of them have a voice
    Then no more calls fail than are allowed
    And each voice is heard at both ends

  @id:load.registration @registration @load
  Scenario: Calls between registered phones are carried at the contracted rate
    Given many callers and an answering crowd in registration mode
    When calls arrive at the contracted rate for 1 second
    Then each call has arrived once, at the crowd
    And no more calls fail than are allowed
    And the 95th percentile of post-dial delay is within its threshold
    And no call is left over
