// Package defect is the catalogue of named, deliberate defects of the
// reference switch: each is a fault that real products have had, and each
// must be caught by a scenario of the suite, with its cause.
//
// [Catalogue] lists them, [Find] looks one up. To add one: a file with a
// function that returns a [Defect], a line in Catalogue, and the scenario
// that catches it; the matrix test in steps fails until all three are there.
package defect

import (
	"fmt"
	"slices"

	"ringproof/refswitch/internal/seam"
)

// Defect is one named fault.
type Defect struct {
	// Name is what --defect takes.
	Name string
	// Fault says in one sentence what is wrong with a switch that has it.
	Fault string
	// Cause is the one that a diagnosis must name (record.Cause).
	Cause string
	// Check is the id of the rule that fails first.
	Check string
	// Scenario is the one that catches it, alone or before any other.
	Scenario string
	// Long says that the scenario holds a call for minutes, and is run only
	// where that is asked for.
	Long bool
	// Hooks make the switch have it.
	Hooks *seam.Hooks
}

// Catalogue gives all defects, by family.
func Catalogue() []Defect {
	return slices.Concat(media(), calls(), dialogs(), sessions(), routing(), identity(), access(), cameras(), registration(), load())
}

// media: what is relayed, and what is told of it.
func media() []Defect {
	return []Defect{
		oneWayAudio(),
		oneWayPrefix(),
		oneWayAccount(),
		privateAddress(),
		deafCaller(),
		audioCut(),
		lateAudio(),
		audioThinned(),
		sourceScattered(),
		clockStopped(),
		relayGoesOn(),
	}
}

// calls: how calls are set up, given up and released.
func calls() []Defect {
	return []Defect{
		neighbourCalled(),
		answerWithoutRinging(),
		callerByeRefused(),
		calleeByeSwallowed(),
		rejectedAsOffline(),
		rejectedAgain(),
		ringingWithoutEnd(),
		earlyCancelSwallowed(),
		noTerminated(),
		crossingKept(),
		secondBye(),
		dialogKept(),
		numberStaysBusy(),
	}
}

// dialogs: what passes between the two dialogs of a call.
func dialogs() []Defect {
	return []Defect{
		busyAsError(),
		cancelSwallowed(),
		contactHidden(),
		typeHidden(),
		versionKept(),
	}
}

// sessions: offers and answers, ringing, timers, transfers.
func sessions() []Defect {
	return []Defect{
		earlyMediaBlocked(),
		holdSwallowed(),
		holdRefused(),
		resumeWithoutMedia(),
		reofferUnrelayed(),
		delayedOfferRefused(),
		lateAnswerLost(),
		prackMissing(),
		prackRefused(),
		ringingUnreliable(),
		timerIgnored(),
		timerNotRequired(),
		refreshRefused(),
		refreshDropped(),
		neverRefreshed(),
		redirectAsBusy(),
		referRefused(),
		transferForgotten(),
		transferUnreported(),
		transferToldEarly(),
		transferStateless(),
		transfereeForgotten(),
		transferorStays(),
		noCodecAsBusy(),
		codecListCut(),
		answerNotOffered(),
	}
}

// routing: where calls go.
func routing() []Defect {
	return []Defect{
		deafToOptions(),
		noFallback(),
		noFallbackOnTrying(),
		noFallbackOnError(),
		noFallbackOnClosedPort(),
		downTargetTried(),
		noSupervision(),
		fallbackOnBusy(),
		goesOnAfterCancel(),
		firstFormKept(),
		noLastWord(),
		defaultRoute(),
		unallocatedAsError(),
		incompleteDialled(),
		hopsReset(),
		numberNotTranslated(),
	}
}

// identity: what the called side is told of the caller.
func identity() []Defect {
	return []Defect{
		callerLost(),
		identityNotAsserted(),
		forgedIdentity(),
		privacyIgnored(),
		privacyDropped(),
	}
}

// access: who may register and call.
func access() []Defect {
	return []Defect{
		anyPassword(),
		anyPasswordCalls(),
		boundUnproved(),
		gatewayUnproved(),
		removalUnproved(),
		anyAccountRegisters(),
		rightPasswordRefused(),
		anyAddress(),
		anyAddressFilms(),
		anyDomain(),
		trustedByNumber(),
	}
}

// cameras: calls with video, to long numbers.
func cameras() []Defect {
	return []Defect{
		videoLost(),
		phonesWithoutVideo(),
		wrongCamera(),
		videoRefused(),
		videoFrozen(),
		lastCamera(),
		offlineAsBusy(),
		unmappedAsFailure(),
		cameraFilmsOn(),
	}
}

// Find looks a defect up by name.
func Find(name string) (Defect, error) {
	for _, d := range Catalogue() {
		if d.Name == name {
			return d, nil
		}
	}
	return Defect{}, fmt.Errorf("no defect %q: want one that `ringproof defects` lists", name)
}
