import { Text } from '@mantine/core';
import { useRef } from 'react';
import type { RoutingFinding } from '../../api/schema';
import './routing.css';

// A number for each line of a very long plan would be slow: then the text stands alone.
const MOST_LINES = 5_000;

interface Props {
  text: string;
  findings: RoutingFinding[];
  onChange?: (text: string) => void;
}

/** A plan's text: line numbers, and marks at the lines of what was found. */
export function TextEditor({ text, findings, onChange }: Props) {
  const lines = useRef<HTMLDivElement>(null);
  const total = text.split('\n').length;
  const marks = new Map<number, RoutingFinding[]>();
  for (const finding of findings) marks.set(finding.line, [...(marks.get(finding.line) ?? []), finding]);
  return (
    <>
      <div className="plan-text">
        {total <= MOST_LINES && (
          <div className="plan-lines" ref={lines} aria-hidden>
            {Array.from({ length: total }, (_, index) => {
              const found = marks.get(index + 1);
              const severity = found?.some((finding) => finding.severity === 'error') ? 'error' : found ? 'warning' : undefined;
              return (
                <div key={index} className={severity} title={found?.map((finding) => finding.message).join('\n')}>
                  {index + 1}
                </div>
              );
            })}
          </div>
        )}
        <textarea
          aria-label="Text of the plan"
          aria-describedby="plan-text-help"
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          wrap="off"
          readOnly={!onChange}
          value={text}
          onChange={(event) => onChange?.(event.currentTarget.value)}
          onScroll={(event) => {
            if (lines.current) lines.current.scrollTop = event.currentTarget.scrollTop;
          }}
        />
      </div>
      <Text size="xs" c="dimmed" id="plan-text-help">
        YAML or JSON with the keys of <code>routing</code> in the configuration.
      </Text>
    </>
  );
}
