/** Runs cases through JMH, each side in a JVM of its own, and makes rows and pages of them. */
package dev.espalier.bench.measure;
