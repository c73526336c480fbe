/** The training loop, its listeners, evaluation and checkpoints. */
package dev.espalier.nn.train;
