using System.Numerics;

namespace Sparseland.Space.Surfaces;

/// <summary>
/// The sum of squared distances to planes, and the point where it is least: the quadratic error function of Ju et al., "Dual contouring of Hermite data", 2002, section 2.3, with the normal equations in double
/// precision about the planes' mean point. Directions in which the planes say little (eigenvalues below a tenth of the largest, as there) keep the mean.
/// </summary>
internal struct QuadraticError
{
    private const double LeastEigenvalue = 0.1;
    private const int Sweeps = 8;

    private double _xx;
    private double _xy;
    private double _xz;
    private double _yy;
    private double _yz;
    private double _zz;
    private double _x;
    private double _y;
    private double _z;
    private Vector3 _sum;
    private int _count;

    /// <summary>Adds a plane.</summary>
    /// <param name="point">A point of it, near the others: coordinates are best given about a point close by.</param>
    /// <param name="normal">Its normal, of length one; zero adds only to the mean.</param>
    public void Add(Vector3 point, Vector3 normal)
    {
        double x = normal.X, y = normal.Y, z = normal.Z;
        var offset = x * point.X + y * point.Y + z * point.Z;
        _xx += x * x;
        _xy += x * y;
        _xz += x * z;
        _yy += y * y;
        _yz += y * z;
        _zz += z * z;
        _x += x * offset;
        _y += y * offset;
        _z += z * offset;
        _sum += point;
        _count++;
    }

    /// <summary>The mean of the points.</summary>
    public readonly Vector3 Mean => _sum / Math.Max(1, _count);

    /// <summary>The point of least error nearest to the mean.</summary>
    public readonly Vector3 Solve()
    {
        var mean = Mean;
        Span<double> matrix = [_xx, _xy, _xz, _xy, _yy, _yz, _xz, _yz, _zz];
        Span<double> vectors = [1, 0, 0, 0, 1, 0, 0, 0, 1];
        Diagonalize(matrix, vectors);
        Span<double> right =
        [
            _x - (_xx * mean.X + _xy * mean.Y + _xz * mean.Z),
            _y - (_xy * mean.X + _yy * mean.Y + _yz * mean.Z),
            _z - (_xz * mean.X + _yz * mean.Y + _zz * mean.Z),
        ];
        var largest = Math.Max(matrix[0], Math.Max(matrix[4], matrix[8]));
        var result = mean;
        for (var i = 0; i < 3; i++)
        {
            var eigenvalue = matrix[4 * i];
            if (!(eigenvalue > LeastEigenvalue * largest))
                continue;
            var share = (vectors[i] * right[0] + vectors[3 + i] * right[1] + vectors[6 + i] * right[2]) / eigenvalue;
            result += new Vector3((float)(share * vectors[i]), (float)(share * vectors[3 + i]), (float)(share * vectors[6 + i]));
        }
        return result;
    }

    // Jacobi's rotations: the matrix becomes its eigenvalues on the diagonal, the columns of the vectors their directions.
    private static void Diagonalize(Span<double> matrix, Span<double> vectors)
    {
        for (var sweep = 0; sweep < Sweeps; sweep++)
        {
            for (var p = 0; p < 2; p++)
            {
                for (var q = p + 1; q < 3; q++)
                    Rotate(matrix, vectors, p, q);
            }
        }
    }

    private static void Rotate(Span<double> matrix, Span<double> vectors, int p, int q)
    {
        var off = matrix[3 * p + q];
        if (Math.Abs(off) < 1e-300)
            return;
        var ratio = (matrix[4 * q] - matrix[4 * p]) / (2 * off);
        var tangent = Math.CopySign(1, ratio) / (Math.Abs(ratio) + Math.Sqrt(ratio * ratio + 1));
        var cosine = 1 / Math.Sqrt(tangent * tangent + 1);
        var sine = tangent * cosine;
        for (var k = 0; k < 3; k++)
        {
            var (a, b) = (matrix[3 * k + p], matrix[3 * k + q]);
            (matrix[3 * k + p], matrix[3 * k + q]) = (cosine * a - sine * b, sine * a + cosine * b);
        }
        for (var k = 0; k < 3; k++)
        {
            var (a, b) = (matrix[3 * p + k], matrix[3 * q + k]);
            (matrix[3 * p + k], matrix[3 * q + k]) = (cosine * a - sine * b, sine * a + cosine * b);
            (a, b) = (vectors[3 * k + p], vectors[3 * k + q]);
            (vectors[3 * k + p], vectors[3 * k + q]) = (cosine * a - sine * b, sine * a + cosine * b);
        }
    }
}
