using System.Runtime.Intrinsics;

namespace Sparseland.Space.Surfaces.DualMesh;

/// <summary>
/// The point nearest to the origin among those that best meet all tangent planes (step 4): least squares by Householder QR, then the singular values of the 3x3 triangle, small ones set to zero.
/// QR before the singular values, and never the normal equations, which would square the condition.
/// </summary>
/// <param name="Kind">How many directions the planes settle: one makes a plane, two an edge, three a corner.</param>
/// <param name="Point">The point.</param>
/// <param name="Direction">The normal of a plane, the line of an edge; of a corner the direction that is settled least.</param>
internal readonly record struct TangentFit(DualVertexKind Kind, Vector3Double Point, Vector3Double Direction)
{
    /// <summary>Fits planes.</summary>
    /// <param name="planes">Normal and offset of each, n x = offset; overwritten.</param>
    /// <param name="threshold">Singular values up to this fraction of the largest are zero.</param>
    public static TangentFit Solve(Span<Vector256<double>> planes, double threshold)
    {
        for (var column = 0; column < 3 && column < planes.Length; column++)
            Reflect(planes[column..], column);
        // The triangle's columns: what lies below the diagonal is rounding.
        var (row0, row1, row2) = (planes[0], planes.Length > 1 ? planes[1] : default, planes.Length > 2 ? planes[2] : default);
        var svd = new ColumnSvd(
            Vector256.Create(row0[0], 0, 0, 0),
            Vector256.Create(row0[1], row1[1], 0, 0),
            Vector256.Create(row0[2], row1[2], row2[2], 0));
        var right = Vector256.Create(row0[3], row1[3], row2[3], 0);
        var least = threshold * svd.Value0;
        var point = Term(svd.Column0, svd.Right0, right);
        if (!(svd.Value1 > least))
            return new(DualVertexKind.Plane, point, svd.Right0);
        point += Term(svd.Column1, svd.Right1, right);
        if (!(svd.Value2 > least))
            return new(DualVertexKind.Edge, point, svd.Right2);
        return new(DualVertexKind.Corner, point + Term(svd.Column2, svd.Right2, right), svd.Right2);
    }

    private static Vector3Double Term(Vector256<double> column, Vector3Double direction, Vector256<double> right)
    {
        var squared = Vector256.Dot(column, column);
        return squared > 0 ? Vector256.Dot(column, right) / squared * direction : default;
    }

    // Householder: the first row takes the column's length, the rows below become zero in it.
    private static void Reflect(Span<Vector256<double>> rows, int column)
    {
        var squared = 0.0;
        foreach (var row in rows)
            squared += row[column] * row[column];
        if (squared == 0)
            return;
        var diagonal = rows[0][column];
        var length = diagonal > 0 ? -Math.Sqrt(squared) : Math.Sqrt(squared);
        var head = diagonal - length;
        var scale = 1 / (squared - diagonal * length);
        var sum = head * rows[0];
        for (var i = 1; i < rows.Length; i++)
            sum += rows[i][column] * rows[i];
        sum *= scale;
        for (var i = 1; i < rows.Length; i++)
            rows[i] -= rows[i][column] * sum;
        rows[0] -= head * sum;
    }
}
