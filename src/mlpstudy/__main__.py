"""python -m mlpstudy"""

from mlpstudy.cli import main

main()
