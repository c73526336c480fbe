/** Optimisers and learning-rate schedules. */
package dev.espalier.nn.optim;
