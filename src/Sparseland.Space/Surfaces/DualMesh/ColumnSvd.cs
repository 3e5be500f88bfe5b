using System.Runtime.Intrinsics;

namespace Sparseland.Space.Surfaces.DualMesh;

/// <summary>
/// Singular values and right singular vectors of a matrix of three columns of up to four numbers, by one-sided Jacobi rotations (Hestenes 1958): columns are turned against each other until
/// they stand at right angles. Works on the matrix itself, so small singular values keep their digits.
/// </summary>
internal ref struct ColumnSvd
{
    private const double Tolerance = 1e-30;
    private const int Sweeps = 30;

    /// <summary>The columns times the right singular vectors: left singular vectors times singular values, longest first.</summary>
    public Vector256<double> Column0, Column1, Column2;

    /// <summary>The right singular vectors, in the order of the values.</summary>
    public Vector3Double Right0, Right1, Right2;

    public ColumnSvd(Vector256<double> column0, Vector256<double> column1, Vector256<double> column2)
    {
        (Column0, Column1, Column2) = (column0, column1, column2);
        (Right0, Right1, Right2) = (new(1, 0, 0), new(0, 1, 0), new(0, 0, 1));
        for (var sweep = 0; sweep < Sweeps; sweep++)
        {
            var turned = Turn(ref Column0, ref Column1, ref Right0, ref Right1);
            turned |= Turn(ref Column0, ref Column2, ref Right0, ref Right2);
            turned |= Turn(ref Column1, ref Column2, ref Right1, ref Right2);
            if (!turned)
                break;
        }
        Order(ref Column0, ref Column1, ref Right0, ref Right1);
        Order(ref Column1, ref Column2, ref Right1, ref Right2);
        Order(ref Column0, ref Column1, ref Right0, ref Right1);
    }

    public readonly double Value0 => Math.Sqrt(Vector256.Dot(Column0, Column0));

    public readonly double Value1 => Math.Sqrt(Vector256.Dot(Column1, Column1));

    public readonly double Value2 => Math.Sqrt(Vector256.Dot(Column2, Column2));

    private static bool Turn(ref Vector256<double> a, ref Vector256<double> b, ref Vector3Double rightA, ref Vector3Double rightB)
    {
        var (alpha, beta, gamma) = (Vector256.Dot(a, a), Vector256.Dot(b, b), Vector256.Dot(a, b));
        if (gamma * gamma <= Tolerance * alpha * beta)
            return false;
        var zeta = (beta - alpha) / (2 * gamma);
        var tangent = (zeta < 0 ? -1 : 1) / (Math.Abs(zeta) + Math.Sqrt(1 + zeta * zeta));
        var cosine = 1 / Math.Sqrt(1 + tangent * tangent);
        var sine = cosine * tangent;
        (a, b) = (cosine * a - sine * b, sine * a + cosine * b);
        (rightA, rightB) = (cosine * rightA - sine * rightB, sine * rightA + cosine * rightB);
        return true;
    }

    private static void Order(ref Vector256<double> a, ref Vector256<double> b, ref Vector3Double rightA, ref Vector3Double rightB)
    {
        if (Vector256.Dot(a, a) >= Vector256.Dot(b, b))
            return;
        (a, b) = (b, a);
        (rightA, rightB) = (rightB, rightA);
    }
}
