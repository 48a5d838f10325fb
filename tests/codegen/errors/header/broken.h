/* SPDX-License-Identifier: MIT */
/* Does not compile by itself. */
struct broken {
	struct unheard_of inside;
};
