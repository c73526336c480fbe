/** What lives or dies together. */
package dev.espalier.prune.structure;
