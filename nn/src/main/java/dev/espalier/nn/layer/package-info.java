/** Layers and initial values. */
package dev.espalier.nn.layer;
