using System.Numerics;
using Sparseland.Space.Rays;

namespace Sparseland.Space.Fields;

/// <summary>The moments of a group of triangles about its centre: sums over them of area vectors n, of d n and of d d n integrated over each triangle.</summary>
internal sealed unsafe class TriangleGroup
{
    // Normal at k; first moments at 3 i + k; second moments at 9 i + 3 j + k.
    private readonly double[] _normal = new double[3];
    private readonly double[] _first = new double[9];
    private readonly double[] _second = new double[27];

    private TriangleGroup(double area, Vector3 centre) => (Area, Centre) = (area, centre);

    public double Area { get; }

    public Vector3 Centre { get; }

    /// <summary>The triangles of a block; those repeated to fill it count once.</summary>
    public static TriangleGroup OfBlock(float* block)
    {
        var triangles = new List<TriangleGroup>(BvhLayout.Width);
        var numbers = (int*)block + BvhLayout.NumberRow;
        for (var lane = 0; lane < BvhLayout.Width && (lane == 0 || numbers[lane] != numbers[lane - 1]); lane++)
            triangles.Add(OfTriangle(Corner(block + lane), Corner(block + 3 * BvhLayout.Width + lane), Corner(block + 6 * BvhLayout.Width + lane)));
        return Of(triangles);
    }

    /// <summary>Several groups as one.</summary>
    public static TriangleGroup Of(List<TriangleGroup> groups)
    {
        var area = 0.0;
        var (weighted, plain) = (Vector3.Zero, Vector3.Zero);
        foreach (var group in groups)
        {
            area += group.Area;
            weighted += (float)group.Area * group.Centre;
            plain += group.Centre;
        }
        // Triangles without area count nowhere, but a centre must lie among them.
        var centre = (float)area > 0 ? weighted / (float)area : groups.Count > 0 ? plain / groups.Count : default;
        var whole = new TriangleGroup(area, centre);
        foreach (var group in groups)
            whole.Add(group);
        return whole;
    }

    /// <summary>Writes what the expansion reads: n, d n made symmetric, the contraction of d d n, d d n made symmetric; see <see cref="WindingMoments"/>.</summary>
    public void WriteMoments(Span<float> rows)
    {
        for (var k = 0; k < 3; k++)
            rows[k] = (float)_normal[k];
        var pairs = (ReadOnlySpan<int>)[0, 0, 1, 1, 2, 2, 0, 1, 0, 2, 1, 2];
        for (var pair = 0; pair < 6; pair++)
            rows[3 + pair] = (float)(0.5 * (_first[3 * pairs[2 * pair] + pairs[2 * pair + 1]] + _first[3 * pairs[2 * pair + 1] + pairs[2 * pair]]));
        for (var i = 0; i < 3; i++)
        {
            var contraction = 0.0;
            for (var j = 0; j < 3; j++)
                contraction += 2 * Second(i, j, j) + Second(j, j, i);
            rows[9 + i] = (float)contraction;
        }
        var triples = (ReadOnlySpan<int>)[0, 0, 0, 1, 1, 1, 2, 2, 2, 0, 0, 1, 0, 0, 2, 1, 1, 0, 1, 1, 2, 2, 2, 0, 2, 2, 1, 0, 1, 2];
        for (var triple = 0; triple < 10; triple++)
        {
            var (i, j, k) = (triples[3 * triple], triples[3 * triple + 1], triples[3 * triple + 2]);
            // The second moments are symmetric in their first two places already.
            rows[12 + triple] = (float)((Second(i, j, k) + Second(j, k, i) + Second(k, i, j)) / 3);
        }
    }

    private double Second(int i, int j, int k) => _second[9 * i + 3 * j + k];

    // Moves a group's moments to this centre and adds them.
    private void Add(TriangleGroup other)
    {
        var shift = (ReadOnlySpan<double>)[(double)other.Centre.X - Centre.X, (double)other.Centre.Y - Centre.Y, (double)other.Centre.Z - Centre.Z];
        for (var k = 0; k < 3; k++)
        {
            _normal[k] += other._normal[k];
            for (var i = 0; i < 3; i++)
            {
                _first[3 * i + k] += other._first[3 * i + k] + shift[i] * other._normal[k];
                for (var j = 0; j < 3; j++)
                    _second[9 * i + 3 * j + k] += other.Second(i, j, k) + shift[i] * other._first[3 * j + k] + shift[j] * other._first[3 * i + k] + shift[i] * shift[j] * other._normal[k];
            }
        }
    }

    private static TriangleGroup OfTriangle(Vector3 a, Vector3 b, Vector3 c)
    {
        var normal = 0.5f * Vector3.Cross(b - a, c - a);
        var group = new TriangleGroup(normal.Length(), (a + b + c) / 3);
        for (var k = 0; k < 3; k++)
        {
            group._normal[k] = normal[k];
            for (var i = 0; i < 3; i++)
            {
                for (var j = 0; j < 3; j++)
                {
                    var spread = 0.0;
                    foreach (var corner in (ReadOnlySpan<Vector3>)[a - group.Centre, b - group.Centre, c - group.Centre])
                        spread += (double)corner[i] * corner[j];
                    group._second[9 * i + 3 * j + k] = spread / 12 * normal[k];
                }
            }
        }
        return group;
    }

    private static Vector3 Corner(float* place) => new(place[0], place[BvhLayout.Width], place[2 * BvhLayout.Width]);
}
