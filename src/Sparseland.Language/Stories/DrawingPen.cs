using System.Text;
using Sparseland.Chance;

namespace Sparseland.Language.Stories;

/// <summary>The pen that draws its choices by chance and writes a new text.</summary>
internal sealed class DrawingPen(RandomStream chance) : StoryPen
{
    private readonly StringBuilder _text = new();

    public override int Length => _text.Length;

    public string Text => _text.ToString();

    public override void Write(string text) => _text.Append(text);

    protected override (string Text, double Weight, int Tag) Decide(List<(string Text, double Weight, int Tag)> offers, double total)
    {
        var picked = offers[^1];
        if (offers.Count > 1)
        {
            var remaining = chance.NextDouble() * total;
            foreach (var offer in offers)
            {
                remaining -= offer.Weight;
                if (remaining < 0)
                {
                    picked = offer;
                    break;
                }
            }
        }
        _text.Append(picked.Text);
        return picked;
    }
}
