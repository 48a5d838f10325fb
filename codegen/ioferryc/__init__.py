# SPDX-License-Identifier: MIT
"""ioferryc: the compiler of ioferry's interface description language.

The stages, in order: parse (text to tree), build (tree to model), check (rules of the language), layout
(sizes, offsets and numbers in each ABI), shape (what a command's argument reaches), and one module of
backends/ for each product.
"""
