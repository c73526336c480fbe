/** The command line. */
package dev.espalier.bench;
