using System.Numerics;
using Sparseland.Space.Meshes;

namespace Sparseland.Space.Omnitrees;

/// <summary>The triangles of a closed mesh, sorted into columns along z, each column's from the top down: counts how often the surface winds around a point by the triangles above it.</summary>
internal sealed class TriangleColumns
{
    private const int MostColumns = 1024;

    private readonly Vector3[] _corners;
    private readonly int[] _starts, _triangles;
    private readonly int _side;
    private readonly float _left, _front;
    private readonly double _perColumnX, _perColumnY;

    public TriangleColumns(TriangleMesh mesh)
    {
        _corners = [.. mesh.Triangles.Select(vertex => mesh.Positions[vertex])];
        _side = Math.Clamp((int)(2 * Math.Sqrt(mesh.TriangleCount)), 1, MostColumns);
        var bounds = Box3.Around(_corners);
        (_left, _front) = (bounds.Minimum.X, bounds.Minimum.Y);
        (_perColumnX, _perColumnY) = (PerColumn(bounds.Extent.X), PerColumn(bounds.Extent.Y));
        (_starts, _triangles) = (new int[_side * _side + 1], []);
        foreach (var (_, column) in Places())
            _starts[column + 1]++;
        for (var column = 0; column < _side * _side; column++)
            _starts[column + 1] += _starts[column];
        _triangles = new int[_starts[^1]];
        var next = _starts.AsSpan(0, _side * _side).ToArray();
        foreach (var (triangle, column) in Places())
            _triangles[next[column]++] = triangle;
        for (var column = 0; column < _side * _side; column++)
            _triangles.AsSpan(_starts[column].._starts[column + 1]).Sort((left, right) => Top(right).CompareTo(Top(left)));
    }

    /// <summary>How often the surface winds around a point: triangles above it that face up, less those that face down.</summary>
    public int Winding(double x, double y, double z)
    {
        var (column, row) = ((int)Math.Floor((x - _left) * _perColumnX), (int)Math.Floor((y - _front) * _perColumnY));
        if ((uint)column > (uint)_side || (uint)row > (uint)_side)
            return 0;
        var at = Math.Min(row, _side - 1) * _side + Math.Min(column, _side - 1);
        var winding = 0;
        for (var i = _starts[at]; i < _starts[at + 1]; i++)
        {
            var first = 3 * _triangles[i];
            var (a, b, c) = (_corners[first], _corners[first + 1], _corners[first + 2]);
            if (Math.Max(a.Z, Math.Max(b.Z, c.Z)) <= z)
                break;
            var turn = Turn(a, b, x, y) + Turn(b, c, x, y) + Turn(c, a, x, y);
            if (turn != 0 && Height(a, b, c, x, y) > z)
                winding += turn;
        }
        return winding;
    }

    // What an edge, seen from above, adds to the turns around a point: half a crossing rule that counts the lower end and not the upper one, so that edges in a row count once.
    private static int Turn(Vector3 from, Vector3 to, double x, double y)
    {
        if (from.Y <= y)
            return to.Y > y && IsLeft(from, to, x, y) ? 1 : 0;
        return to.Y <= y && IsLeft(to, from, x, y) ? -1 : 0;
    }

    // Always asked from the lower end to the upper one, so that both triangles of an edge get the same answer.
    private static bool IsLeft(Vector3 lower, Vector3 upper, double x, double y) =>
        ((double)upper.X - lower.X) * (y - lower.Y) - (x - lower.X) * ((double)upper.Y - lower.Y) > 0;

    // Where the triangle's plane is above the point, kept between its corners: steep triangles have no plane to speak of, but they are only met at their own rim.
    private static double Height(Vector3 a, Vector3 b, Vector3 c, double x, double y)
    {
        var (abX, abY, acX, acY) = ((double)b.X - a.X, (double)b.Y - a.Y, (double)c.X - a.X, (double)c.Y - a.Y);
        var area = abX * acY - abY * acX;
        var (u, v) = (((x - a.X) * acY - (y - a.Y) * acX) / area, (abX * (y - a.Y) - abY * (x - a.X)) / area);
        var height = a.Z + u * ((double)b.Z - a.Z) + v * ((double)c.Z - a.Z);
        var (low, high) = (Math.Min(a.Z, Math.Min(b.Z, c.Z)), Math.Max(a.Z, Math.Max(b.Z, c.Z)));
        return height >= low ? Math.Min(height, high) : low;
    }

    private IEnumerable<(int Triangle, int Column)> Places()
    {
        for (var triangle = 0; triangle < _corners.Length / 3; triangle++)
        {
            var box = Box3.Around(_corners.AsSpan(3 * triangle, 3));
            for (var row = Row(box.Minimum.Y); row <= Row(box.Maximum.Y); row++)
            {
                for (var column = Column(box.Minimum.X); column <= Column(box.Maximum.X); column++)
                    yield return (triangle, row * _side + column);
            }
        }
    }

    private double PerColumn(float extent) => extent > 0 ? _side / (double)extent : 0;

    private int Column(float x) => Math.Min(_side - 1, (int)Math.Floor(((double)x - _left) * _perColumnX));

    private int Row(float y) => Math.Min(_side - 1, (int)Math.Floor(((double)y - _front) * _perColumnY));

    private float Top(int triangle) => Math.Max(_corners[3 * triangle].Z, Math.Max(_corners[3 * triangle + 1].Z, _corners[3 * triangle + 2].Z));
}
