// Opens and seals boxes with Go's nacl/box, for test/interop/nacl-box.test.ts: one JSON document in, one out.
package main

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"log"
	"os"

	"golang.org/x/crypto/nacl/box"
)

// What to do with each key pair: byte strings are base64.
type task struct {
	Public    []byte // the other end's
	Private   []byte // Go's
	Own       []byte // Go's public key
	Box       []byte // to open: nonce and box
	Sealed    []byte // to open: sealed box
	Plaintext []byte // to seal both ways
}

type result struct {
	OpenedBox, OpenedSealed, Box, Sealed []byte
}

func key(bytes []byte) *[32]byte { return (*[32]byte)(bytes) }

func run(t task) (r result, err error) {
	var ok bool
	if r.OpenedBox, ok = box.Open([]byte{}, t.Box[24:], (*[24]byte)(t.Box), key(t.Public), key(t.Private)); !ok {
		return r, errors.New("a box does not open")
	}
	if r.OpenedSealed, ok = box.OpenAnonymous([]byte{}, t.Sealed, key(t.Own), key(t.Private)); !ok {
		return r, errors.New("a sealed box does not open")
	}
	var nonce [24]byte
	if _, err = rand.Read(nonce[:]); err != nil {
		return r, err
	}
	r.Box = box.Seal(nonce[:], t.Plaintext, &nonce, key(t.Public), key(t.Private))
	r.Sealed, err = box.SealAnonymous(nil, t.Plaintext, key(t.Public), rand.Reader)
	return r, err
}

func main() {
	var tasks []task
	if err := json.NewDecoder(os.Stdin).Decode(&tasks); err != nil {
		log.Fatal(err)
	}
	results := make([]result, len(tasks))
	for i, t := range tasks {
		var err error
		if results[i], err = run(t); err != nil {
			log.Fatal(err)
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(results); err != nil {
		log.Fatal(err)
	}
}
