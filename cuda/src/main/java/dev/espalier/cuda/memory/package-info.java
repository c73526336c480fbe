/** Device memory and the streams that use it: caching, staging of copies, order across threads. */
package dev.espalier.cuda.memory;
