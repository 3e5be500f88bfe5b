using System.Numerics;

namespace Sparseland.Space.Surfaces.DualMesh;

/// <summary>What is known of an edge of the lattice.</summary>
internal enum EdgeCrossing
{
    /// <summary>The surface passes beside it.</summary>
    No,

    /// <summary>The surface probably passes through it: sheets meet there, or little is known.</summary>
    Likely,

    /// <summary>The ends lie on opposite sides of one sheet.</summary>
    Certain,
}

/// <summary>
/// Whether the surface passes through an edge of a leaf (ours; the authors take it from the existence of four vertices). Each end has one tangent plane, so that all edges at a corner agree on its side:
/// that of its own sample; where that is too near to the surface or misses it, that of the nearest plane vertex in the eight leaves around. Ends of one sheet have normals alike or opposite. Where sheets
/// meet, b - a times the difference of the normals is compared with the sum of the distances: on a flat sheet it is twice that sum if it passes between the ends a and b, and zero if not.
/// </summary>
internal sealed class EdgeCrossings
{
    // Ends nearer to the surface, in edges, are taken to lie on the side of their plane's positive normal, or rounding would choose.
    private const double OnSurface = 0.01;

    // Normals that are more alike, or more opposite, belong to one sheet.
    private const double Aligned = 0.1;
    private const int None = -1;
    private static readonly int[] CornerNumbers = [0, 2, 6, 8, 18, 20, 24, 26];
    private static readonly int[] UpperNumbers = [2, 6, 18];
    private readonly CellLattice _lattice;
    private readonly LeafSamples _samples;
    private readonly LeafVertex[] _vertices;
    private readonly int[] _nearest;

    public EdgeCrossings(CellLattice lattice, LeafSamples samples, LeafVertex[] vertices)
    {
        (_lattice, _samples, _vertices) = (lattice, samples, vertices);
        _nearest = new int[samples.Points.Length];
        Array.Fill(_nearest, None);
        for (var leaf = 0; leaf < vertices.Length; leaf++)
        {
            if (vertices[leaf].Kind != DualVertexKind.Plane)
                continue;
            foreach (var number in CornerNumbers)
            {
                var row = samples.Rows[leaf * CellLattice.SamplesPerLeaf + number];
                if (!samples.Usable[row] && (_nearest[row] == None || SquaredDistance(row, leaf) < SquaredDistance(row, _nearest[row])))
                    _nearest[row] = leaf;
            }
        }
    }

    /// <summary>Whether the surface passes through the edge of a leaf's lower corner along an axis.</summary>
    public EdgeCrossing At(int leaf, int axis)
    {
        var rows = _samples.Rows.AsSpan(leaf * CellLattice.SamplesPerLeaf, CellLattice.SamplesPerLeaf);
        if (!TryPlane(rows[0], out var lowerNormal, out var lowerDistance) || !TryPlane(rows[UpperNumbers[axis]], out var upperNormal, out var upperDistance))
            return EdgeCrossing.Likely;
        var cosine = Vector3Double.Dot(lowerNormal, upperNormal);
        if (Math.Abs(cosine) > Aligned)
            return cosine < 0 ? EdgeCrossing.Certain : EdgeCrossing.No;
        return _lattice.Edge * (upperNormal[axis] - lowerNormal[axis]) > lowerDistance + upperDistance ? EdgeCrossing.Likely : EdgeCrossing.No;
    }

    private bool TryPlane(int row, out Vector3Double normal, out double distance)
    {
        (normal, distance) = (_samples.Gradients[row], _samples.Distances[row]);
        if (_samples.Usable[row])
            return true;
        if (_nearest[row] == None)
            return normal != default;
        ref readonly var vertex = ref _vertices[_nearest[row]];
        var signed = Vector3Double.Dot(_samples.Points[row] - vertex.Position, vertex.Direction);
        distance = Math.Abs(signed);
        normal = signed < 0 ? -1 * vertex.Direction : vertex.Direction;
        if (distance < OnSurface * _lattice.Edge)
            (normal, distance) = (Positive(vertex.Direction), 0);
        return true;
    }

    // The one of two opposite normals whose longest part is positive.
    private static Vector3Double Positive(Vector3Double normal)
    {
        var longest = Math.Abs(normal.X) >= Math.Abs(normal.Y) ? normal.X : normal.Y;
        longest = Math.Abs(longest) >= Math.Abs(normal.Z) ? longest : normal.Z;
        return longest < 0 ? -1 * normal : normal;
    }

    private double SquaredDistance(int row, int leaf) => (_samples.Points[row] - _vertices[leaf].Position).LengthSquared;
}
