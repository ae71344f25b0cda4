"""The arithmetic of money and time: integers of minor units, named roundings, dates.

Pure: values in, values out. Main names: `Rounding`, `divide`, `parse_money`, `format_money`.
"""
