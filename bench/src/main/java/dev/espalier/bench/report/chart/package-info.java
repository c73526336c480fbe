/** Line charts drawn once and rendered as SVG and PNG. */
package dev.espalier.bench.report.chart;
