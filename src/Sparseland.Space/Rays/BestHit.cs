namespace Sparseland.Space.Rays;

/// <summary>The best hit so far: the nearest, and of equally near ones that of the lowest triangle.</summary>
internal struct BestHit(float greatest)
{
    private int _triangle = int.MaxValue;
    private float _shareB;
    private float _shareC;
    private float _determinant;

    /// <summary>Nothing farther counts any more.</summary>
    public float Distance { get; private set; } = MathF.Min(greatest, float.MaxValue);

    public readonly bool IsFound => _triangle != int.MaxValue;

    public void Offer(float distance, int triangle, float shareB, float shareC, float determinant)
    {
        if (distance < Distance || (distance == Distance && triangle < _triangle))
            (Distance, _triangle, _shareB, _shareC, _determinant) = (distance, triangle, shareB, shareC, determinant);
    }

    public readonly RayHit Hit() => IsFound ? new(_triangle, Distance, _shareB / _determinant, _shareC / _determinant) : RayHit.None;
}
