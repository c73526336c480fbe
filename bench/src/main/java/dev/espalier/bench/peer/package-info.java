/**
 * Libraries to compare with, behind one small interface. The libraries themselves are found as
 * services of {@link dev.espalier.bench.peer.PeerProvider}; they are there only if Maven's profile
 * {@code peers} was.
 */
package dev.espalier.bench.peer;
