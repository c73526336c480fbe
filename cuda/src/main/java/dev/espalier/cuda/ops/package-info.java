/** The kernel families: each class turns operations of the backend into launches. */
package dev.espalier.cuda.ops;
