/** Losses. */
package dev.espalier.nn.loss;
