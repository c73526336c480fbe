/** What runs: the build, the Java runtime, the machine. */
package dev.espalier.bench.machine;
