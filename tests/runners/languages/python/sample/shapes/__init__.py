from shapes.texts import Point as Point
