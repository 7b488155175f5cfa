package wire

// ReadMessage is the stream reader, for fuzzing.
var ReadMessage = readMessage
