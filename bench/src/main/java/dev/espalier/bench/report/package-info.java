/** Results of pruning studies: their file, their summary, and the report made from them. */
package dev.espalier.bench.report;
