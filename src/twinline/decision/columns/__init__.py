"""The column executor: whole chunks of a book decided at once, equal to the scalar one.

`program` compiles a strategy's expressions once into steps over arrays, `measure` makes of a
strategy the steps that give every number of a decision, `judge` says what the numbers mean and
`executor` puts it together. Plain arrays come in and go out; Arrow stays in `adapters/batch`.
"""
