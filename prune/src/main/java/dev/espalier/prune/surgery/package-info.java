/** Physically smaller models from masked ones. */
package dev.espalier.prune.surgery;
