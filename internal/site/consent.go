package site

// Consent says who agrees to tests that may do harm.
type Consent struct {
	Load    bool   `yaml:"load"`
	Hostile bool   `yaml:"hostile"`
	By      string `yaml:"by"`
}

// Consents gives what is agreed to: everything, where the bundled switch is
// tested.
func (s *Site) Consents() Consent {
	if _, real := s.Tested(); !real {
		return Consent{Load: true, Hostile: true, By: "the bundled switch"}
	}
	return s.Consent
}

func (c Consent) validate(fault faultFunc) {
	if (c.Load || c.Hostile) && c.By == "" {
		fault("consent", "want by: the name of who agrees")
	}
}
