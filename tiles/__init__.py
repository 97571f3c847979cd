"""3D Tiles 1.1 from plain arrays: triangles, feature numbers and a table of properties."""
