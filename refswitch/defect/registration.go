package defect

// registration: where accounts are reached, and who passes for one.
func registration() []Defect {
	return []Defect{
		renewalIgnored(),
		idleForgotten(),
		contactsMixed(),
		expiryIgnored(),
		removalIgnored(),
		oldContactFirst(),
		offlineUnknown(),
		singleNumberUnbound(),
		rangeEndUnbound(),
		bulkFirstAlone(),
		contactForDialled(),
		dialledForContact(),
		unmappedAsError(),
		deafPhone(),
		foreignFrom(),
		credentialsRepeated(),
	}
}
