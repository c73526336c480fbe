/** One device as the kernel families see it: launches, addresses, scratch memory, captures. */
package dev.espalier.cuda.context;
