/** Writes networks in the ONNX format, enough for a peer to run them. */
package dev.espalier.bench.onnx;
