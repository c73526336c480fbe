/** What matters: one number per weight. */
package dev.espalier.prune.score;
