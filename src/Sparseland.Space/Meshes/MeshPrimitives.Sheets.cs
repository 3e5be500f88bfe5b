using System.Numerics;
using Sparseland.Errors;

namespace Sparseland.Space.Meshes;

public static partial class MeshPrimitives
{
    /// <summary>A torus about the z axis.</summary>
    /// <param name="majorRadius">From the axis to the middle of the tube, in metres.</param>
    /// <param name="minorRadius">Of the tube, below the other.</param>
    /// <param name="majorSegments">Around the axis, 3 to 4096.</param>
    /// <param name="minorSegments">Around the tube, 3 to 4096.</param>
    /// <exception cref="InvalidSettingException">A value is out of range.</exception>
    public static TriangleMesh Torus(float majorRadius = 1, float minorRadius = 0.25f, int majorSegments = 48, int minorSegments = 16)
    {
        RequireLength(majorRadius, "the greater radius of a torus");
        RequireLength(minorRadius, "the lesser radius of a torus");
        RequireCount(majorSegments, 3, 4096, "the segments around the axis of a torus");
        RequireCount(minorSegments, 3, 4096, "the segments around the tube of a torus");
        if (minorRadius >= majorRadius)
            throw new InvalidSettingException($"a torus of radii {majorRadius} and {minorRadius}; the tube's must be below the other, or it meets itself");
        var sheet = new Sheet();
        sheet.AddGrid(majorSegments, minorSegments, wrapColumns: true, wrapRows: true, (column, row) =>
        {
            var (y, x) = MathF.SinCos(2 * MathF.PI * column / majorSegments);
            var (rise, reach) = MathF.SinCos(2 * MathF.PI * row / minorSegments);
            return new((majorRadius + minorRadius * reach) * x, (majorRadius + minorRadius * reach) * y, minorRadius * rise);
        });
        return sheet.ToMesh();
    }

    /// <summary>A closed cylinder about the z axis, from -height / 2 to height / 2.</summary>
    /// <param name="radius">Above 0, in metres.</param>
    /// <param name="height">Above 0, in metres.</param>
    /// <param name="segments">Around the axis, 3 to 4096.</param>
    /// <exception cref="InvalidSettingException">A value is out of range.</exception>
    public static TriangleMesh Cylinder(float radius = 1, float height = 2, int segments = 32)
    {
        RequireLength(radius, "the radius of a cylinder");
        RequireLength(height, "the height of a cylinder");
        RequireCount(segments, 3, 4096, "the segments of a cylinder");
        var sheet = new Sheet();
        var first = sheet.AddGrid(segments, 2, wrapColumns: true, wrapRows: false, (column, row) =>
        {
            var (y, x) = MathF.SinCos(2 * MathF.PI * column / segments);
            return new(radius * x, radius * y, (row - 0.5f) * height);
        });
        sheet.Close(first, segments, sheet.Add(new(0, 0, -height / 2)), below: true);
        sheet.Close(first + segments, segments, sheet.Add(new(0, 0, height / 2)), below: false);
        return sheet.ToMesh();
    }

    /// <summary>A rectangle in the plane z = 0 around the origin, facing up.</summary>
    /// <param name="width">Along x, above 0, in metres.</param>
    /// <param name="depth">Along y, above 0, in metres.</param>
    /// <param name="columns">Cells along x, 1 to 4096.</param>
    /// <param name="rows">Cells along y, 1 to 4096.</param>
    /// <exception cref="InvalidSettingException">A value is out of range.</exception>
    public static TriangleMesh Plane(float width = 1, float depth = 1, int columns = 1, int rows = 1)
    {
        RequireLength(width, "the width of a plane");
        RequireLength(depth, "the depth of a plane");
        RequireCount(columns, 1, 4096, "the columns of a plane");
        RequireCount(rows, 1, 4096, "the rows of a plane");
        var sheet = new Sheet();
        sheet.AddGrid(columns + 1, rows + 1, wrapColumns: false, wrapRows: false, (column, row) => new(((float)column / columns - 0.5f) * width, ((float)row / rows - 0.5f) * depth, 0));
        return sheet.ToMesh();
    }

    /// <summary>A round disk in the plane z = 0 around the origin, facing up.</summary>
    /// <param name="radius">Above 0, in metres.</param>
    /// <param name="segments">Around the middle, 3 to 4096.</param>
    /// <param name="rings">Bands from the border to the middle, 1 to 4096.</param>
    /// <exception cref="InvalidSettingException">A value is out of range.</exception>
    public static TriangleMesh Disk(float radius = 1, int segments = 32, int rings = 4)
    {
        RequireLength(radius, "the radius of a disk");
        RequireCount(segments, 3, 4096, "the segments of a disk");
        RequireCount(rings, 1, 4096, "the rings of a disk");
        var sheet = new Sheet();
        var first = sheet.AddGrid(segments, rings, wrapColumns: true, wrapRows: false, (column, row) =>
        {
            var (y, x) = MathF.SinCos(2 * MathF.PI * column / segments);
            return radius * (1 - (float)row / rings) * new Vector3(x, y, 0);
        });
        sheet.Close(first + segments * (rings - 1), segments, sheet.Add(Vector3.Zero), below: false);
        return sheet.ToMesh();
    }

    /// <summary>A Moebius strip about the z axis: a band with half a turn, one border and one side. No order of corners makes neighbours agree everywhere: across one seam they do not.</summary>
    /// <param name="radius">From the axis to the band's middle, in metres.</param>
    /// <param name="width">Of the band, below twice the radius.</param>
    /// <param name="segments">Around the axis, 3 to 4096.</param>
    /// <param name="columns">Cells across the band, 1 to 4096.</param>
    /// <exception cref="InvalidSettingException">A value is out of range.</exception>
    public static TriangleMesh MoebiusStrip(float radius = 1, float width = 0.5f, int segments = 64, int columns = 4)
    {
        RequireLength(radius, "the radius of a Moebius strip");
        RequireLength(width, "the width of a Moebius strip");
        RequireCount(segments, 3, 4096, "the segments of a Moebius strip");
        RequireCount(columns, 1, 4096, "the columns of a Moebius strip");
        if (width >= 2 * radius)
            throw new InvalidSettingException($"a Moebius strip of radius {radius} and width {width}; the width must be below twice the radius, or it meets itself");
        var sheet = new Sheet();
        var across = columns + 1;
        sheet.AddGrid(across, segments, wrapColumns: false, wrapRows: false, (column, row) =>
        {
            var (y, x) = MathF.SinCos(2 * MathF.PI * row / segments);
            var (rise, reach) = MathF.SinCos(MathF.PI * row / segments);
            var offset = ((float)column / columns - 0.5f) * width;
            return new((radius + offset * reach) * x, (radius + offset * reach) * y, offset * rise);
        });
        // The last row meets the first one turned over.
        var last = across * (segments - 1);
        for (var column = 0; column < columns; column++)
            sheet.AddQuad(last + column, last + column + 1, columns - column - 1, columns - column);
        return sheet.ToMesh();
    }

    /// <summary>Vertices and triangles under construction.</summary>
    private sealed class Sheet
    {
        private readonly List<Vector3> _positions = [];
        private readonly List<int> _triangles = [];

        public int Add(Vector3 position)
        {
            _positions.Add(position);
            return _positions.Count - 1;
        }

        /// <summary>Adds rows of vertices with quads between them, facing the cross product of the ways of columns and rows.</summary>
        public int AddGrid(int columns, int rows, bool wrapColumns, bool wrapRows, Func<int, int, Vector3> position)
        {
            var first = _positions.Count;
            for (var row = 0; row < rows; row++)
            {
                for (var column = 0; column < columns; column++)
                    _positions.Add(position(column, row));
            }
            for (var row = 0; row < (wrapRows ? rows : rows - 1); row++)
            {
                for (var column = 0; column < (wrapColumns ? columns : columns - 1); column++)
                {
                    var (below, above) = (first + row * columns, first + (row + 1) % rows * columns);
                    AddQuad(below + column, below + (column + 1) % columns, above + (column + 1) % columns, above + column);
                }
            }
            return first;
        }

        public void AddQuad(int a, int b, int c, int d) => _triangles.AddRange([a, b, c, a, c, d]);

        /// <summary>Joins a closed row to a tip below or above it.</summary>
        public void Close(int row, int columns, int tip, bool below)
        {
            for (var column = 0; column < columns; column++)
            {
                var (here, next) = (row + column, row + (column + 1) % columns);
                _triangles.AddRange(below ? [tip, next, here] : [here, next, tip]);
            }
        }

        public TriangleMesh ToMesh() => new([.. _positions], [.. _triangles]);
    }
}
