Feature: Cameras
  Behind a gateway stand tens of thousands of cameras. One prefix leads to all
  of them; the gateway finds the one by its number, or says that there is none.

  @id:camera.prefix @camera
  Scenario Outline: A camera is called over its prefix, and its live picture is seen, in <mode> mode
    Given a viewer in <mode> mode
    And a camera behind a gateway
    When the viewer calls that number
    Then the call reaches the gateway
    And the call is answered
    And the viewer sees that camera
    And its picture goes on

    Examples:
      | mode         |
      | peer-to-peer |
      | registration |

  @id:camera.last @camera @registration
  Scenario: The last camera of the range is seen as well
    Given a viewer in registration mode
    And the last camera behind a gateway
    When the viewer calls that number
    Then the call reaches the gateway
    And the call is answered
    And the viewer sees that camera

  @id:camera.registered @registration
  Scenario: A camera behind a gateway that registers is seen
    Given a viewer in registration mode
    And a camera behind a gateway that registers
    When the viewer calls that number
    Then the call reaches the gateway
    And the call is answered
    And the viewer sees that camera
    And its picture goes on

  @id:camera.offline @camera @registration
  Scenario: A camera that is offline is reported as such
    Given a viewer in registration mode
    And an offline camera behind a gateway
    When the viewer calls that number
    Then the call reaches the gateway
    And the viewer is told that the camera is offline

  @id:camera.unmapped @camera @registration
  Scenario: A number without a camera is reported as such
    Given a viewer in registration mode
    And a number without a camera behind a gateway
    When the viewer calls that number
    Then the call reaches the gateway
    And the viewer is told that there is no such camera

  @id:camera.ends @camera @registration
  Scenario Outline: The picture stops when the <side> hangs up
    Given a viewer in registration mode
    And a camera behind a gateway
    When the viewer calls that number
    Then the call reaches the gateway
    And the call is answered
    And the viewer sees that camera
    When the <side> hangs up
    Then the picture stops
    And both sides are released

    Examples:
      | side    |
      | viewer  |
      | gateway |
