import { Anchor as MantineAnchor, type AnchorProps } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import { forwardRef } from 'react';

/** A link to a screen: Mantine's look, the size of the text around it, the router's types. */
export const Anchor = createLink(
  forwardRef<HTMLAnchorElement, AnchorProps & React.AnchorHTMLAttributes<HTMLAnchorElement>>(function Anchor(props, ref) {
    return <MantineAnchor ref={ref} inherit={props.size === undefined} {...props} />;
  }),
);
